"""Fault campaigns on the built sample application (dotnet build -c Release); prints a row of a table for each.

    run.py kills COUNT     kills 'train' with SIGKILL at COUNT random times and resumes it; each run that ends must have the bits of one never killed
    run.py disk STEP       trains on a disk that is full after STEP KiB, 2 STEP KiB and so on; each run must end with one line, and resume with room (root)
    run.py serve MINUTES   sends valid, invalid, slow and aborted requests to 'serve' at once; no status above 499, and memory that stays flat
"""
import http.client
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLE = ["dotnet", str(ROOT / "src/MnistCnn.Samples/bin/Release/net10.0/MnistCnn.Samples.dll")]
TRAIN = ["train", "--variant", "synthetic", "--threads", "1", "--seed", "3", "--lr", "0.001"]


def sample(folder, *arguments):
    return subprocess.run(SAMPLE + list(arguments), cwd=folder, capture_output=True, text=True)


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def kills(folder, count):
    command = TRAIN + ["--epochs", "4"]
    started = time.monotonic()
    whole = sample(folder, *command, "--out", "whole")
    assert whole.returncode == 0, whole.stderr
    longest = time.monotonic() - started
    expected = (folder / "whole/model.safetensors").read_bytes(), (folder / "whole/history.csv").read_bytes()
    killed = completed = runs = 0
    chance = random.Random(1)
    while killed < count:
        out, runs = folder / f"run{runs}", runs + 1
        while True:
            resume = ["--resume"] if (out / "last.ckpt").exists() else []
            process = subprocess.Popen(SAMPLE + command + ["--out", str(out)] + resume, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                       text=True)
            try:
                error = process.communicate(timeout=chance.uniform(0, longest))[1]
                assert process.returncode == 0, error
                break
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                killed += process.returncode == -signal.SIGKILL
        assert ((out / "model.safetensors").read_bytes(), (out / "history.csv").read_bytes()) == expected, f"{out} differs"
        completed += 1
        subprocess.run(["rm", "-rf", str(out)], check=True)
    row("kills", f"{killed} kills in {completed} runs", "every run ended with the weights and the history of one never killed")


def disk(folder, step):
    command = TRAIN + ["--epochs", "2", "--out", "disk"]
    (folder / "disk").mkdir()
    full = 0
    for size in range(step, 64 << 10, step):
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(folder / "disk")], check=True)
        try:
            result = sample(folder, *command)
            if result.returncode == 0:
                row("full disk", f"{full} sizes in steps of {step} KiB, up to {size} KiB where all fits",
                    "each run ended with an error of one line and went on once there was room")
                return
            full += 1
            lines = result.stderr.splitlines()
            assert result.returncode == 1 and lines[-1].startswith("error: ") and "No space left" in lines[-1], (size, result.stderr)
            assert all(line.startswith("warning: ") for line in lines[:-1]), (size, result.stderr)
            subprocess.run(["mount", "-o", "remount,size=64m", str(folder / "disk")], check=True)
            resumed = sample(folder, *command, *(["--resume"] if (folder / "disk/last.ckpt").exists() else []))
            assert resumed.returncode == 0, (size, resumed.stderr)
            left = [name for name in os.listdir(folder / "disk") if name.endswith(".tmp")]
            assert not left, (size, left)
        finally:
            subprocess.run(["umount", str(folder / "disk")], check=True)


class Load:
    def __init__(self, port, until):
        (self.port, self.until, self.seconds, self.statuses, self.lock) = (port, until, [], {}, threading.Lock())

    def count(self, status, seconds=None):
        with self.lock:
            self.statuses[status] = self.statuses.get(status, 0) + 1
            if seconds is not None:
                self.seconds.append(seconds)

    def ask(self, body, timed):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        started = time.monotonic()
        connection.request("POST", "/predict", body)
        response = connection.getresponse()
        response.read()
        connection.close()
        self.count(response.status, time.monotonic() - started if timed else None)

    def valid(self, chance):
        self.ask(bytes(chance.choice((0, 255)) for _ in range(784)), timed=True)
        time.sleep(0.005)

    def invalid(self, chance):
        self.ask(chance.randbytes(chance.choice((0, 10, 783, 5000))), timed=False)
        time.sleep(0.02)

    def slow(self, chance):
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(f"POST /predict HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Length: 784\r\n\r\n".encode())
            for _ in range(7):
                connection.sendall(bytes(112))
                time.sleep(0.3)
            answer = connection.recv(100)
            self.count(int(answer.split()[1]))

    def aborted(self, chance):
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(f"POST /predict HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Length: 784\r\n\r\n".encode() + bytes(chance.randrange(784)))
        self.count("aborted")
        time.sleep(0.02)

    def repeat(self, kind, seed):
        chance = random.Random(seed)
        while time.monotonic() < self.until:
            kind(chance)


def memory(process):
    lines = pathlib.Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS"))


def serve(folder, minutes):
    trained = sample(folder, *TRAIN, "--epochs", "1", "--out", "model")
    assert trained.returncode == 0, trained.stderr
    server = subprocess.Popen(SAMPLE + ["serve", "--model", "model/model.safetensors", "--urls", "http://127.0.0.1:0"], cwd=folder,
                              stdout=subprocess.PIPE, text=True)
    try:
        port = int(server.stdout.readline().split("http://127.0.0.1:")[1].split()[0].rstrip("/"))
        load = Load(port, time.monotonic() + 60 * minutes)
        kinds = [load.valid] * 3 + [load.invalid, load.slow, load.slow, load.aborted]
        threads = [threading.Thread(target=load.repeat, args=(kind, seed)) for seed, kind in enumerate(kinds)]
        for thread in threads:
            thread.start()
        sizes = []
        while any(thread.is_alive() for thread in threads):
            time.sleep(min(5, minutes * 6))
            sizes.append(memory(server.pid))
        for thread in threads:
            thread.join()
        load.seconds.sort()
        half = sizes[len(sizes) // 2:]
        assert server.poll() is None, "the server ended"
        assert not any(isinstance(status, int) and status >= 500 for status in load.statuses), load.statuses
        assert max(half) - min(half) < 64, f"memory in MiB: {sizes}"
        statuses = ", ".join(f"{count} × {status}" for status, count in sorted(load.statuses.items(), key=str))
        row("serve under load", f"{minutes} min: {statuses}",
            f"p50 {1000 * load.seconds[len(load.seconds) // 2]:.1f} ms, p99 {1000 * load.seconds[len(load.seconds) * 99 // 100]:.1f} ms; "
            f"memory {min(half)} to {max(half)} MiB in the second half")
    finally:
        server.kill()


if len(sys.argv) != 3 or sys.argv[1] not in ("kills", "disk", "serve"):
    sys.exit(__doc__)
with tempfile.TemporaryDirectory() as temporary:
    {"kills": kills, "disk": disk, "serve": serve}[sys.argv[1]](pathlib.Path(temporary), float(sys.argv[2]) if sys.argv[1] == "serve" else int(sys.argv[2]))
