"""Measures which lines and branches of the library its tests run, and lists what they do not.

    run.py [--filter-class NAME …]    arguments go to the test program; without any, all tests of MnistCnn.Tests run but the longest class,
                                      which repeats what others run

Works in a copy of the repository. Prints a Markdown table of folders, and writes every line that no test runs to coverage.txt beside the caller.
"""
import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = ('<PackageVersion Include="xunit.v3"', '<PackageVersion Include="coverlet.MTP" Version="10.1.0" />\n    ')
REFERENCE = ('<PackageReference Include="xunit.v3" />', '<PackageReference Include="coverlet.MTP" />\n    ')


def insert(file, before, text):
    content = file.read_text(encoding="utf-8")
    assert before in content, f"{file}: expected {before}"
    file.write_text(content.replace(before, text + before, 1), encoding="utf-8")


def measure(folder, arguments):
    subprocess.run(["git", "clone", "-q", ROOT, folder], check=True)
    data = ROOT.parent / "shared"
    if data.exists():
        (folder.parent / "shared").symlink_to(data)
    insert(folder / "Directory.Packages.props", *PACKAGE)
    project = folder / "tests/MnistCnn.Tests"
    insert(project / "MnistCnn.Tests.csproj", *REFERENCE)
    options = {"include": "[MnistCnn]*", "format": "cobertura", "singleHit": True}
    (project / "testconfig.json").write_text(json.dumps({"platformOptions": {"Coverlet": options}}))
    properties = ["-p:UseMicrosoftTestingPlatformRunner=true", "-p:CreateHardLinksForCopyFilesToOutputDirectoryIfPossible=false",
                  "-p:CreateHardLinksForCopyLocalIfPossible=false"]
    subprocess.run(["dotnet", "build", project, "-c", "Release", "-v", "q", "-nologo", *properties], check=True)
    program = project / "bin/Release/net10.0/MnistCnn.Tests"
    subprocess.run([program, *arguments, "--coverlet", "--results-directory", folder / "results"], cwd=project)
    return next((folder / "results").rglob("*cobertura*.xml"))


def read(report):
    """(file, line) → times run, branches run, branches."""
    lines = {}
    for item in xml.etree.ElementTree.parse(report).iter("class"):
        name = re.sub(r".*src/MnistCnn/", "", item.get("filename"))
        if "/obj/" in name or name.startswith("obj/") or name.endswith(".g.cs"):
            continue
        for line in item.iter("line"):
            run, total = re.findall(r"\((\d+)/(\d+)\)", line.get("condition-coverage") or "(0/0)")[0]
            key = (name, int(line.get("number")))
            old = lines.get(key, (0, 0, 0))
            lines[key] = (max(old[0], int(line.get("hits"))), max(old[1], int(run)), max(old[2], int(total)))
    return lines


def table(lines):
    rooms = collections.defaultdict(lambda: [0, 0, 0, 0])
    for (name, _), (hits, run, total) in lines.items():
        for room in (name.split("/")[0], "all"):
            for index, value in enumerate((hits > 0, 1, run, total)):
                rooms[room][index] += value
    yield "| folder | lines run | of | % | branches run | of | % |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for room, (hits, count, run, total) in sorted(rooms.items(), key=lambda item: (item[0] == "all", item[0])):
        yield f"| {room} | {hits} | {count} | {100 * hits / count:.1f} | {run} | {total} | {100 * run / max(total, 1):.1f} |"


def main():
    work = pathlib.Path(tempfile.mkdtemp())
    try:
        lines = read(measure(work / "repository", sys.argv[1:] or ["--filter-not-class", "*OptionBitsTests"]))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print("\n".join(table(lines)))
    missed = sorted((name, number, hits, run, total) for (name, number), (hits, run, total) in lines.items() if hits == 0 or run < total)
    with open("coverage.txt", "w", encoding="utf-8") as file:
        for name, number, hits, run, total in missed:
            file.write(f"{name}:{number} {'not run' if hits == 0 else f'{run} of {total} branches'}\n")
    print(f"\n{len(missed)} lines in coverage.txt")


if __name__ == "__main__":
    main()
