"""For the teacher: what is made of the lessons for a class, such as assignments and slides."""
