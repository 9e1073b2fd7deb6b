"""What Meta's channels share on the wire: signatures, the Graph API and its errors, events, sending."""
