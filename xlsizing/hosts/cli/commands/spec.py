"""``xlsizing spec``: the sizing file's example and schema."""

from __future__ import annotations

import click

from xlsizing.checks import refuse
from xlsizing.hosts.cli.declaring import OnceEach, switch, takes
from xlsizing.hosts.cli.output import print_json

__all__ = ["command"]


@click.command(cls=OnceEach, name="spec")
@switch("--example", "Print a commented example that runs.")
@switch("--schema", "Print the JSON schema.", to="as_schema")
@takes("--check", None, "FILE", "Check a sizing file: everything wrong with it at once.")
@switch("--allow-outside", "With --check: curve files may stand outside its folder.")
def command(*, example: bool, as_schema: bool, check: str | None, allow_outside: bool) -> int:
    """Show how a sizing file is written, or check one."""
    from xlsizing.spec import example_text, read_spec, schema  # noqa: PLC0415  # pydantic and YAML are slow to import

    if example + as_schema + (check is not None) != 1:
        refuse("exactly one of --example, --schema, --check", "must be given")
    if example:
        click.echo(example_text(), nl=False)
    elif as_schema:
        print_json(schema())
    else:
        read_spec(str(check), allow_outside=allow_outside)
        click.echo("OK")
    return 0
