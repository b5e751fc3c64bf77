"""`codeqa completion`."""

from __future__ import annotations

import click


@click.command(hidden=True, short_help="Print the completion script of a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print the script that completes codeqa's commands and options in a shell.

    \b
    bash: echo 'eval "$(codeqa completion bash)"' >> ~/.bashrc
    zsh:  echo 'eval "$(codeqa completion zsh)"' >> ~/.zshrc
    fish: codeqa completion fish > ~/.config/fish/completions/codeqa.fish
    """  # noqa: D301 - click reads the backspace
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    if made is None:  # the choice above names only those that click knows
        raise AssertionError(shell)
    click.echo(made(context.find_root().command, {}, "codeqa", "_CODEQA_COMPLETE").source())
    return 0
