# The page in a container; README.md has the two commands.
FROM python:3.11-slim

RUN useradd --create-home --uid 1000 lowlight
WORKDIR /home/lowlight/app

COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt

COPY app.py ./
COPY lowlight lowlight/

USER lowlight
ENV GRADIO_SERVER_NAME=0.0.0.0
ENV GRADIO_SERVER_PORT=7860
EXPOSE 7860
CMD ["python", "app.py"]
