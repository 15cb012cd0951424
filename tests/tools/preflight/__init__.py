"""Tests of the pre-flight; a package, because several folders of tests have a module of the same name."""
