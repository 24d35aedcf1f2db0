"""The roster: from tables of teachers, Moodle and Canvas, with faults by line."""

import pytest

from autograder.classroom import class_list
from autograder.course import Course
from autograder.errors import ProblemError

MOODLE = """Identifier,Full name,Email address,Status,Grade
Participant 101,Ada Lovelace,ada@example.org,,
Participant 102,Björn Ek,bek@example.org,,
"""
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Homework (7)
    Points Possible,,,,,10
"Lovelace, Ada",55,s1,ada,A,
"Ek, Björn",56,s2,bek,B,
"Student, Test",99,,,,
"""


def read(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "class.csv"
    path.write_bytes(text.encode(encoding))
    return class_list.read_roster(path)


def test_a_table_of_ones_own_needs_an_id_and_no_more(tmp_path):
    people = read(tmp_path, "id;last name;first name\nada;Lovelace;Ada\nbek;Ek;Björn\n")
    assert [p.name for p in people.values()] == ["Ada Lovelace", "Björn Ek"]


def test_a_worksheet_of_moodle_is_read(tmp_path):
    people = read(tmp_path, MOODLE, "utf-8-sig")
    assert people["ada"] == class_list.Person(
        "ada", "Ada", "Lovelace", "ada@example.org", moodle="101"
    )


def test_a_gradebook_of_canvas_is_read_without_its_points_and_test_student(tmp_path):
    people = read(tmp_path, CANVAS)
    assert list(people) == ["ada", "bek"]
    assert people["bek"].canvas == "56"
    assert people["bek"].section == "B"


def test_every_faulty_line_is_named_with_its_number(tmp_path):
    text = (
        "id,first name,email\n"
        "ada,Ada,ada@example.org\n"
        ",Alan,\n"
        '"emmy","Emmy\nNoether",nowhere\n'
        "ada,Ada,\n"
        "a/b,Eve,\n"
        "kurt,Kurt,,too,many\n"
    )
    with pytest.raises(ProblemError) as caught:
        read(tmp_path, text)
    lines = [line.partition("class.csv:")[2] for line in str(caught.value).split("\n")]
    assert lines == [
        "3: nothing says who this student is",
        "4: 'nowhere' is no address",
        "6: 'ada' stands in line 2 already",
        "7: 'a/b' can't be a folder's name",
        "8: 5 cells, and 3 columns",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("id\n", "no student"),
        ("name,points\nAda,3\n", "no column says who a student is"),
        ("id,email,e-mail\na,b@c,d@e\n", "two columns give the email"),
    ],
)
def test_a_table_that_is_no_roster_is_refused(tmp_path, text, said):
    with pytest.raises(ProblemError, match=said):
        read(tmp_path, text)


def test_a_file_in_another_encoding_is_told_by_line(tmp_path):
    with pytest.raises(ProblemError, match=r"csv:3: not UTF-8"):
        read(tmp_path, "id,name\na,Ada\nb,Björn\n", "latin-1")


def test_a_kept_roster_comes_back_as_it_was(tmp_path):
    people = read(tmp_path, CANVAS)
    course = Course(tmp_path)
    class_list.keep(course, people)
    assert class_list.of_course(course) == people


@pytest.mark.parametrize(
    ("folder", "who"),
    [
        ("ada", "ada"),
        ("Ada-Lovelace-101", "ada"),
        ("Ada-Lovelace-777", "ada"),  # Moodle numbers anew in each assignment
        ("Björn-Ek-3", "bek"),
        ("lovelaceada-55", "ada"),
        ("renamed-56", "bek"),
        ("BEK", "bek"),
        ("bek@example.org", "bek"),
        ("stranger-9", "stranger-9"),
    ],
)
def test_a_student_is_known_by_what_an_lms_writes(tmp_path, folder, who):
    people = {
        "ada": class_list.Person("ada", "Ada", "Lovelace", canvas="55", moodle="101"),
        "bek": class_list.Person("bek", "Björn", "Ek", "bek@example.org", canvas="56"),
    }
    assert class_list.finder(people)(folder).id == who


def test_two_people_of_one_name_are_told_apart_by_number_or_not_at_all():
    people = {
        "a": class_list.Person("a", "Kim", "Lee", moodle="1"),
        "b": class_list.Person("b", "Kim", "Lee", moodle="2"),
    }
    find = class_list.finder(people)
    assert find("Kim-Lee-2").id == "b"
    assert find("Kim-Lee-9").id == "Kim-Lee-9"
