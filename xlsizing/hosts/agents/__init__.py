"""What an assistant is given: a skill to read, tools to call, and a search in what was written down before."""

__all__ = [
    "citations",
    "headings",
    "server",
    "skill",
    "tool_results",
    "tools",
]
