"""What pyproject.toml can not say: the native core, and the top-level data folders that travel in the wheel."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SHIPPED = ("boards", "scenarios", "prompts")  # switchsim.assembly.shipped finds them


class BuildWithShipped(build_py):
    """Copies the folders to switchsim/shipped/; an editable install reads them where they are."""

    def run(self):
        super().run()
        if self.editable_mode:
            return
        for name in SHIPPED:
            target = Path(self.build_lib, "switchsim", "shipped", name)
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(Path(__file__).parent / name, target)


setup(
    cffi_modules=["native/build_native.py:ffibuilder"],
    cmdclass={"build_py": BuildWithShipped},
    options={"bdist_wheel": {"py_limited_api": "cp311"}},  # stable ABI: one wheel for 3.11 and later
)
