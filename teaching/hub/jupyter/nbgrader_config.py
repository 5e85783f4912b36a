"""For the servers of students: where assignments go out and come back."""

import os
from pathlib import Path

c = get_config()  # noqa: F821 (Jupyter gives it)
c.CourseDirectory.course_id = "vaeteach"
c.Exchange.root = os.environ["VAETEACH_EXCHANGE"]
if student := os.environ.get("VAETEACH_STUDENT"):  # a trial: all are one user of the machine
    c.CourseDirectory.student_id = student
room = Path.home() / "vaeteach" / "class"  # a teacher's, made by `course.py assignments`
if (room / "nbgrader_config.py").exists():  # for Formgrader, which is not started in there
    load_subconfig("nbgrader_config.py", str(room))  # noqa: F821
    c.CourseDirectory.root = str(room)
