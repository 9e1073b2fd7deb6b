"""format=flowed (RFC 3676): lines that the sender's program broke are joined again."""


def unflow(text: str, *, delete_space: bool) -> str:
    """The text with soft line breaks undone. Quoted lines only join lines of the same depth; "-- " stays a line."""
    lines: list[list[str]] = []  # the pieces of each line
    open_depth = -1  # the quote depth of a line that goes on, -1 where none does
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        is_signature = content == "-- "
        goes_on = content.endswith(" ") and not is_signature
        kept = content[:-1] if goes_on and delete_space else content
        if open_depth == depth and not is_signature:
            lines[-1].append(kept)
        else:
            lines.append([f"{'>' * depth} {kept}" if depth else kept])
        open_depth = depth if goes_on else -1
    return "\n".join("".join(pieces) for pieces in lines)
