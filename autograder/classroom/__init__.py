"""Who handed in what: the class list, files collected, LMS tables, a made-up class."""
