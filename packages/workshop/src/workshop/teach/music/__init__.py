"""Music in four voices: pieces by the rules of a textbook, scores of one's own, and how they look and sound.

A score is an array (steps, 4) of MIDI numbers, soprano, alto, tenor and bass; a step is a beat, 0 is a rest.
"""
