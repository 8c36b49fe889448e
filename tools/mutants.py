"""Small changes of a source text, each of which a good test notices: the mutants of ``tools/mutation.py``.

A mutant is a span of the text and what replaces it, so that everything else, comments included, stays as it was.
Docstrings, annotations, decorators, overloads, texts and the arguments of errors and warnings are left alone.
"""

import ast
from pathlib import Path
from typing import NamedTuple

OPERATORS = {
    "comparison": "an ordering gains or loses equality, or turns round; `==`, `is` and `in` are negated",
    "arithmetic": "`+` and `-` change places, `*` and `/`; `**` and `//` become `*`; a sign is dropped",
    "logic": "`and` and `or` change places, and so bitwise; `not` and `~` are dropped; a condition is negated",
    "constant": "a number grows by 1; True and False change places",
    "default": "the same for the default of a parameter; a text becomes another",
    "return": "None is returned instead",
    "statement": "a raise, a call, an assignment to an item or an attribute, an augmented assignment is removed; "
    "`break` and `continue` change places",
}
"""What a mutant may change, by name."""

ORDERINGS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
LOGIC: dict[type[ast.operator], type[ast.operator]] = {ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd}


class Mutant(NamedTuple):
    """One change of one file."""

    path: str
    """Of the file, from the root of the repository."""
    start: int
    """First byte that is replaced."""
    end: int
    line: int
    operator: str
    before: str
    after: str
    lines: tuple[int, int] | None
    """The lines, first and last, whose tests can notice; None outside functions, where it is those of the file."""
    source: str
    """The line of the text where the change begins, by which a reader finds it again."""

    def applied(self, text: bytes) -> bytes:
        """Return the text with the change."""
        return text[: self.start] + self.after.encode() + text[self.end :]


def mutants(root: Path, package: str) -> list[Mutant]:
    """All mutants of a package's files, in order."""
    return [mutant for path in sorted((root / package).rglob("*.py")) for mutant in of_file(root, path)]


def of_file(root: Path, path: Path) -> list[Mutant]:
    """All mutants of a file, in order."""
    return _Finder(path.relative_to(root).as_posix(), path.read_bytes()).find()


class _Finder(ast.NodeVisitor):
    """Walks a tree and notes what may be changed in it."""

    def __init__(self, path: str, text: bytes) -> None:
        self._path, self._text = path, text
        self._rows = text.splitlines(keepends=True)
        self._found: list[Mutant] = []
        self._lines: tuple[int, int] | None = None
        self._within = False  # a function
        self._operator: str | None = None  # what stands above the kinds of change below

    def find(self) -> list[Mutant]:
        self.visit(ast.parse(self._text))
        return sorted(self._found, key=lambda mutant: (mutant.start, mutant.end, mutant.after))

    def _note(self, node: ast.AST, operator: str, after: str) -> None:
        first, last = (self._offset(*place) for place in self._places(node))
        before = self._text[first:last].decode()
        source = self._rows[node.lineno - 1].decode().strip()  # type: ignore[attr-defined]
        operator = self._operator or operator
        self._found.append(
            Mutant(self._path, first, last, node.lineno, operator, before, after, self._lines, source)  # type: ignore[attr-defined]
        )

    @staticmethod
    def _places(node: ast.AST) -> tuple[tuple[int, int], tuple[int, int]]:
        return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def _offset(self, line: int, column: int) -> int:
        return sum(map(len, self._rows[: line - 1])) + column

    def _expression(self, node: ast.expr, operator: str, changed: ast.expr) -> None:
        self._note(node, operator, f"({ast.unparse(changed)})")

    # -- statements

    def visit(self, node: ast.AST) -> None:
        """Remember which lines a statement has before going into it."""
        if not isinstance(node, ast.stmt) or not self._within:
            super().visit(node)
            return
        outer, body = self._lines, getattr(node, "body", None)
        last = node.end_lineno if body is None else max(node.lineno, body[0].lineno - 1)
        self._lines = (node.lineno, last or node.lineno)
        super().visit(node)
        self._lines = outer

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Go into the defaults and, but for the docstring, the body."""
        body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
        if not body or (isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)):
            return  # `...` of an overload or a protocol
        outer, within = self._lines, self._within
        self._within, self._lines = True, (body[0].lineno, node.end_lineno or node.lineno)
        self._operator = "default"
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if isinstance(default, ast.Constant) and isinstance(default.value, str):
                self._note(default, "default", repr(f"not {default.value}"))
            elif default is not None:
                self.visit(default)
        self._operator = None
        for statement in body:
            self.visit(statement)
        self._lines, self._within = outer, within

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Go into the body alone."""
        for statement in node.body:
            self.visit(statement)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Leave the annotation out."""
        if node.value is not None:
            self._assignment(node, [node.target])
            self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Remove what is stored in an item or an attribute."""
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets):
            return
        self._assignment(node, node.targets)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """Remove it, or change its operator."""
        self._note(node, "statement", "pass")
        for table, operator in ((ARITHMETIC, "arithmetic"), (LOGIC, "logic")):
            if type(node.op) in table:
                changed = ast.AugAssign(node.target, table[type(node.op)](), node.value)
                self._note(node, operator, ast.unparse(changed))
        self.generic_visit(node)

    def _assignment(self, node: ast.stmt, targets: list[ast.expr]) -> None:
        if any(isinstance(target, ast.Attribute | ast.Subscript) for target in targets):
            self._note(node, "statement", "pass")

    def visit_Raise(self, node: ast.Raise) -> None:
        """Remove it."""
        self._note(node, "statement", "pass")

    def visit_Expr(self, node: ast.Expr) -> None:
        """Remove a call; a text on its own is no statement."""
        if isinstance(node.value, ast.Call):
            self._note(node, "statement", "pass")
            if ast.unparse(node.value.func) != "warnings.warn":
                self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        """Return None."""
        if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            self._note(node, "return", "return None")
            self.generic_visit(node)

    def visit_Break(self, node: ast.Break) -> None:
        """Go on instead."""
        self._note(node, "statement", "continue")

    def visit_Continue(self, node: ast.Continue) -> None:
        """Stop instead."""
        self._note(node, "statement", "break")

    def visit_Assert(self, node: ast.Assert) -> None:
        """It is for readers and mypy."""

    def visit_If(self, node: ast.If) -> None:
        """Negate the condition, but what only mypy sees is left out."""
        if ast.unparse(node.test) != "TYPE_CHECKING":
            self._condition(node.test)
            self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        """Negate the condition."""
        self._condition(node.test)
        self.generic_visit(node)

    # -- expressions

    def visit_IfExp(self, node: ast.IfExp) -> None:
        """Negate the condition."""
        self._condition(node.test)
        self.generic_visit(node)

    def _condition(self, test: ast.expr) -> None:
        if not isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp | ast.Constant):
            self._expression(test, "logic", ast.UnaryOp(ast.Not(), test))

    def visit_Compare(self, node: ast.Compare) -> None:
        """Change each operator in its turn."""
        for i, old in enumerate(node.ops):
            for new in ORDERINGS[type(old)]:
                ops = [*node.ops[:i], new(), *node.ops[i + 1 :]]
                self._expression(node, "comparison", ast.Compare(node.left, ops, node.comparators))
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """Change the operator."""
        for table, operator in ((ARITHMETIC, "arithmetic"), (LOGIC, "logic")):
            if type(node.op) in table:
                self._expression(node, operator, ast.BinOp(node.left, table[type(node.op)](), node.right))
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        """Change the operator."""
        self._expression(
            node, "logic", ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        )
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        """Drop the operator."""
        self._expression(node, "arithmetic" if isinstance(node.op, ast.USub) else "logic", node.operand)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Change a number or a truth value."""
        if isinstance(node.value, bool):
            self._note(node, "constant", repr(not node.value))
        elif isinstance(node.value, int | float) and node.value + 1 != node.value:
            self._note(node, "constant", repr(node.value + 1))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Leave texts alone."""

    def visit_keyword(self, node: ast.keyword) -> None:
        """Leave zip's `strict` alone, which is there as an assertion is."""
        if node.arg != "strict":
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Leave the types that isinstance and cast are given alone."""
        if ast.unparse(node.func) in ("isinstance", "cast", "TypeVar"):
            node = ast.Call(node.func, node.args[:1] if ast.unparse(node.func) == "isinstance" else node.args[1:], [])
        self.generic_visit(node)
