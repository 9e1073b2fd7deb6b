"""Pure helpers that every app may use: no models, no app imports."""
