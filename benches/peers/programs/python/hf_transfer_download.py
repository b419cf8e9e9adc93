"""hf_transfer, as huggingface_hub calls it: 100 parts of 10 MB at a time. Its authority comes from SSL_CERT_FILE."""

import hf_transfer

from task import Clock, Task

task = Task()
clock = Clock()
for _, url, path in task.files:
    hf_transfer.download(
        url=url,
        filename=path,
        max_files=task.connections or 100,
        chunk_size=10 * 1000 * 1000,
        parallel_failures=3,
        max_retries=5,
    )
clock.stop()
