"""The machine: can it run the workshop, and how long does set-up take on it?"""
