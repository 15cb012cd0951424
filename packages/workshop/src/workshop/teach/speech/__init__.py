"""Spoken digits: sounds, pictures of sounds, and ears that know when a word is over."""
