"""For authors of courses: a folder of notebooks becomes one, its packages are locked, it is checked."""
