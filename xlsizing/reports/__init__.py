"""What a sizing looks like on paper: notes, tables, Markdown, JSON, the terminal, and files written whole or not at all."""

from xlsizing.lazily import offered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlsizing.reports.asked import demand_words, facts, input_tok_s, interpolation_words, mean_requests_s
    from xlsizing.reports.compared import compared
    from xlsizing.reports.explanation import Explained, Step, explained, explanation_record, steps_table
    from xlsizing.reports.files import new_file, write_whole
    from xlsizing.reports.markdown import markdown
    from xlsizing.reports.money import LOADS, gpus_quoted
    from xlsizing.reports.notes import slas_listed
    from xlsizing.reports.opening import RULE, THREE_FIGURES
    from xlsizing.reports.outlook import Outlook
    from xlsizing.reports.record import QUARTER_KEYS, demand_record, json_text, record
    from xlsizing.reports.report import Report
    from xlsizing.reports.review import review
    from xlsizing.reports.tables import (
        CANNOT_BE_MET,
        WORKLOAD_MISMATCH,
        Table,
        figure_heads,
        levers_table,
        shown_grouped,
    )
    from xlsizing.reports.waiting import not_asked

__all__ = [
    "CANNOT_BE_MET",
    "LOADS",
    "QUARTER_KEYS",
    "RULE",
    "THREE_FIGURES",
    "WORKLOAD_MISMATCH",
    "Explained",
    "Outlook",
    "Report",
    "Step",
    "Table",
    "compared",
    "demand_record",
    "demand_words",
    "explained",
    "explanation_record",
    "facts",
    "figure_heads",
    "from_spec",
    "gpus_quoted",
    "input_tok_s",
    "interpolation_words",
    "json_text",
    "levers_table",
    "markdown",
    "mean_requests_s",
    "new_file",
    "not_asked",
    "page",
    "pictures",
    "record",
    "review",
    "shown_grouped",
    "slas_listed",
    "steps_table",
    "terminal",
    "write_whole",
]

# A command needs few of them.
offered(
    __name__,
    {
        "asked": "demand_words facts input_tok_s interpolation_words mean_requests_s",
        "compared": "compared",
        "explanation": "Explained Step explained explanation_record steps_table",
        "files": "new_file write_whole",
        "markdown": "markdown",
        "money": "LOADS gpus_quoted",
        "notes": "slas_listed",
        "opening": "RULE THREE_FIGURES",
        "outlook": "Outlook",
        "record": "QUARTER_KEYS demand_record json_text record",
        "report": "Report",
        "review": "review",
        "tables": "CANNOT_BE_MET WORKLOAD_MISMATCH Table figure_heads levers_table shown_grouped",
        "waiting": "not_asked",
    },
)
