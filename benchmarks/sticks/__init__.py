"""Many sticks written at once, behind one bus."""
