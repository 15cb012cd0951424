"""A release: every file that is handed out, made from one commit, verified, listed, and put on a page."""
