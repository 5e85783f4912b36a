"""For the servers of students: where assignments go out and come back."""

import os

c = get_config()  # noqa: F821 (Jupyter gives it)
c.CourseDirectory.course_id = "vaeteach"
c.Exchange.root = os.environ["VAETEACH_EXCHANGE"]
if student := os.environ.get("VAETEACH_STUDENT"):  # a trial: all are one user of the machine
    c.CourseDirectory.student_id = student
