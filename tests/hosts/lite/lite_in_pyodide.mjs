// Compiles every module of the wheel in Pyodide, and imports those that need no numpy: what it prints, a test reads.
// node lite_in_pyodide.mjs FOLDER_OF_PYODIDE WHEEL MAIN_PY
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [, , folder, wheel, main] = process.argv;
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`));
const pyodide = await loadPyodide({ indexURL: folder });
pyodide.FS.writeFile("/lite.whl", readFileSync(wheel));
pyodide.FS.writeFile("/main.py", readFileSync(main));
console.log(pyodide.runPython(`
import importlib, json, platform, sys, zipfile

sys.path.insert(0, "/lite.whl")
names = [name for name in zipfile.ZipFile("/lite.whl").namelist() if name.endswith(".py")]
for name in names:
    compile(zipfile.ZipFile("/lite.whl").read(name), name, "exec")
compile(open("/main.py").read(), "main.py", "exec")
imported, lacking = [], []
for name in names:
    module = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    try:
        importlib.import_module(module)
        imported.append(module)
    except ModuleNotFoundError as error:
        lacking.append(error.name)
json.dumps({"python": platform.python_version(), "system": sys.platform, "compiled": len(names) + 1,
            "imported": imported, "lacking": sorted(set(lacking))})
`));
