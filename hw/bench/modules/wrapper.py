"""The Verilog that puts all instances side by side, each in a scope of its own with registers at its inputs.

An input that hangs open Icarus takes for a constant; a register it does not.
"""

from __future__ import annotations

from earloop.hw.bench.modules.instances import INSTANCES
from earloop.hw.simulate.runner import RTL_DIR
from earloop.hw.verify.contract import read_module

WRAPPER = "modules"


def wrapper() -> str:
    """The source of a module without ports that holds a scope for each instance, and in it `dut` and its ports."""
    scopes = "\n".join(_scope(name, module, parameters) for name, (module, parameters) in INSTANCES.items())
    return f"module {WRAPPER} ();\n\n    generate\n{scopes}    endgenerate\n\nendmodule\n"


def _scope(name: str, module: str, parameters: dict[str, int]) -> str:
    ports = read_module(RTL_DIR / f"{module}.v", module, parameters=parameters).ports
    given = ", ".join(f".{key}({value})" for key, value in parameters.items())
    signals = "".join(
        f"            {'reg ' if port.direction == 'input' else 'wire'} [{port.bits - 1}:0] {signal};\n"
        for signal, port in ports.items()
    )
    joined = ", ".join(f".{signal}({signal})" for signal in ports)
    return f"        if (1) begin : {name}\n{signals}            {module} #({given}) dut ({joined});\n        end\n"
