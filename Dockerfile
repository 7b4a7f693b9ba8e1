# The page in a container; README.md has the two commands, docs/deploy.md how to keep its file system read-only.
FROM python:3.11-slim

RUN useradd --create-home --uid 1000 lowlight
WORKDIR /home/lowlight/app

# What packages bring to test themselves is some 40 MB.
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt \
    && find /usr/local/lib/python3.11/site-packages -type d -name tests -prune -exec rm -r {} +

COPY app.py ./
COPY lowlight lowlight/
RUN python -m compileall -q app.py lowlight

USER lowlight
ENV PYTHONDONTWRITEBYTECODE=1
ENV PYTHONUNBUFFERED=1
ENV HF_HOME=/tmp/huggingface
ENV GRADIO_SERVER_NAME=0.0.0.0
ENV GRADIO_SERVER_PORT=7860
EXPOSE 7860
HEALTHCHECK --interval=1m --timeout=10s --start-period=1m CMD ["python", "-c", "import os, urllib.request as web; web.build_opener(web.ProxyHandler({})).open('http://127.0.0.1:' + os.environ['GRADIO_SERVER_PORT'], timeout=8)"]
CMD ["python", "app.py"]
