"""Numbered mails: each opens a ticket of its own."""


def make_mail(number: int) -> bytes:
    """A plain mail of customer ``number``; every third has a file."""
    head = (
        f"From: Customer {number} <c{number}@customer.example>\r\nTo: support@desk.example\r\n"
        f"Message-ID: <m{number}@customer.example>\r\nSubject: Question {number}\r\nMIME-Version: 1.0\r\n"
    )
    if number % 3:
        return f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\nPlease help with {number}.\r\n".encode()
    return (
        f'{head}Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee file {number}.\r\n'
        f'--b\r\nContent-Type: text/csv; name="t.csv"\r\nContent-Disposition: attachment; filename="t.csv"\r\n\r\na,{number}\r\n--b--\r\n'
    ).encode()
