"""Changes one place of the library at a time and counts how many of the changes make a test fail.

    run.py [NUMBER …]    tries all mutants of mutants.txt, or those with these numbers; prints a line for each and the score at the end

All mutants are compiled at once, each behind a switch that the environment variable MNISTCNN_MUTANT throws, in a copy of the repository. In mutants.txt
a mutant is a line with its file and the test classes that should notice, a line "- " with the code, which must occur once, and a line "+ " with what
stands there instead: another expression of the same type, or nothing for a statement that is left out.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
MINUTES = 10
SWITCH = """namespace MnistCnn;

internal static class Mutant
{
    private static readonly string? Number = Environment.GetEnvironmentVariable("MNISTCNN_MUTANT");

    public static bool Is(int number) => Number == number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
"""


def read(path):
    mutants = []
    for line in path.read_text().splitlines():
        if line.startswith("- "):
            mutants[-1]["old"] = line[2:]
        elif line.startswith("+"):
            mutants[-1]["new"] = line[2:]
        elif line and not line.startswith("#"):
            file, *tests = line.split()
            mutants.append({"file": file, "tests": tests})
    return mutants


def apply(folder, mutants):
    for number, mutant in enumerate(mutants, 1):
        path, old, new = folder / mutant["file"], mutant["old"], mutant["new"]
        code = path.read_text()
        if code.count(old) != 1:
            sys.exit(f"Mutant {number}: expected once in {mutant['file']}, found {code.count(old)} times: {old}")
        condition = f"MnistCnn.Mutant.Is({number})"
        changed = f"if (!{condition}) {{ {old} }}" if not new else f"({condition} ? ({new}) : ({old}))"
        path.write_text(code.replace(old, changed))
    (folder / "src/MnistCnn/Mutant.cs").write_text(SWITCH)


def build(folder):
    for file in subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines():
        if (ROOT / file).is_file():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, folder / file)
    mutants = read(ROOT / "tests/mutation/mutants.txt")
    apply(folder, mutants)
    command = ["dotnet", "build", "tests/MnistCnn.Tests", "-c", "Release", "-v", "q", "-nologo"]
    subprocess.run(command + ["-p:RunAnalyzers=false", "-p:TreatWarningsAsErrors=false"], cwd=folder, check=True)
    return mutants


def is_killed(folder, number, tests):
    program = folder / "tests/MnistCnn.Tests/bin/Release/net10.0/MnistCnn.Tests"
    command = [program, "-noColor", "-stopOnFail"] + [part for test in tests for part in ("-class", "*." + test)]
    try:
        return subprocess.run(command, env=dict(os.environ, MNISTCNN_MUTANT=str(number)), capture_output=True, timeout=60 * MINUTES).returncode != 0
    except subprocess.TimeoutExpired:
        return True


def main():
    with tempfile.TemporaryDirectory() as temporary:
        # The tests look for MNIST beside the repository.
        folder = pathlib.Path(temporary) / "repository"
        (pathlib.Path(temporary) / "shared").symlink_to(ROOT.parent / "shared")
        mutants = build(folder)
        chosen = [int(number) for number in sys.argv[1:]] or range(1, len(mutants) + 1)
        if is_killed(folder, 0, sorted({test for number in chosen for test in mutants[number - 1]["tests"]})):
            sys.exit("The tests fail without any mutant.")
        killed = 0
        for number in chosen:
            mutant = mutants[number - 1]
            found = is_killed(folder, number, mutant["tests"])
            killed += found
            file = mutant["file"].removeprefix("src/MnistCnn/")
            print(f"{number:3} {'noticed ' if found else 'SURVIVED'} {file}: {mutant['old']}  ->  {mutant['new'] or '(left out)'}", flush=True)
        print(f"{killed} of {len(chosen)} noticed")


main()
