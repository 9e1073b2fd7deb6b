"""What the channels over Twilio share: signatures, reading forms, the REST client, fetching files. No channel of its own."""
