"""format=flowed (RFC 3676): lines that the sender's program broke are joined again."""


def unflow(text: str, *, delete_space: bool) -> str:
    """The text with soft line breaks undone. Quoted lines only join lines of the same depth; "-- " stays a line."""
    joined: list[str] = []
    open_depth = -1  # the quote depth of a line that goes on, -1 where none does
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:]
        if content.startswith(" "):
            content = content[1:]
        is_signature = content == "-- "
        if open_depth == depth and not is_signature:
            joined[-1] += content
        else:
            joined.append(f"{'>' * depth} {content}" if depth else content)
        open_depth = -1
        if content.endswith(" ") and not is_signature:
            open_depth = depth
            if delete_space:
                joined[-1] = joined[-1][:-1]
    return "\n".join(joined)
