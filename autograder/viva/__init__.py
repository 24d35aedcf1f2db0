"""Three questions to each student on the student's own code, for a talk or a quiz."""
