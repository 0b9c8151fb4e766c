# The service with the light core: no torch, nothing downloaded at run time, not run as root.
#   docker build -t stemme .
#   docker run -p 8000:8000 -v ./keys:/run/stemme/keys:ro stemme
FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /opt/stemme
COPY pyproject.toml constraints.txt README.md LICENSE NOTICE ./
COPY src src
COPY models/stemme-base models/stemme-base
RUN /opt/stemme/bin/pip install --no-cache-dir -c constraints.txt ".[serve]"

FROM python:3.12-slim
RUN useradd --system --no-create-home --uid 10001 stemme
COPY --from=build /opt/stemme /opt/stemme
USER 10001
ENV PATH=/opt/stemme/bin:$PATH PYTHONUNBUFFERED=1 STEMME_HOST=0.0.0.0 STEMME_PORT=8000 STEMME_KEYS=/run/stemme/keys
EXPOSE 8000
HEALTHCHECK --start-period=30s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=3)"]
# In exec form, so that SIGTERM arrives; uploads need a writable /tmp (with --read-only: --tmpfs /tmp).
CMD ["stemme", "serve"]
