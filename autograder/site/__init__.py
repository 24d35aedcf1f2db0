"""The web site: static pages of all lessons and their front page."""
