"""From a lesson's source to the notebooks, the students' archive and the site."""
