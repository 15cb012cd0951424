"""Thumb drives: what goes on them, writing many at once, and the proof that they are right.

``plan`` says what would be on a stick and what is missing; ``stage`` puts it together in a folder;
``write`` makes sticks equal to that folder and reads back what it wrote; ``verify`` judges a stick.
``contents.yml`` lists the parts.
"""
