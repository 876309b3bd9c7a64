# docker build --build-arg TORCH_INDEX=<index of CPU wheels> -t bert-playground . && docker run -p 7860:7860 bert-playground
FROM python:3.11-slim

# The index that holds torch's CPU wheels; left empty, the default index is asked, whose Linux wheel brings CUDA (gigabytes).
ARG TORCH_INDEX=""

RUN useradd --create-home --uid 1000 player
USER player
ENV PATH=/home/player/.local/bin:$PATH PYTHONUNBUFFERED=1 PLAYGROUND_LOG=requests
WORKDIR /home/player/app

COPY --chown=player requirements.txt .
RUN pip install --no-cache-dir ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} \
    "$(grep '^torch==' requirements.txt)${TORCH_INDEX:++cpu}" \
 && pip install --no-cache-dir -r requirements.txt

COPY --chown=player . .
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD python -c "import urllib.request; urllib.request.urlopen('http://localhost:7860/api/health', timeout=4)"
CMD ["streamlit", "run", "app.py", "--server.port=7860", "--server.address=0.0.0.0"]
