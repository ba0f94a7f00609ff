"""The Verilog wrapper with all instances, each in a separate scope with registers at its inputs.

Icarus takes an unconnected input as a constant, but not a register.
"""

from __future__ import annotations

from earloop.hw.bench.modules.instances import INSTANCES
from earloop.hw.simulate.runner import RTL_DIR
from earloop.hw.verify.contract import read_module

WRAPPER = "modules"


def wrapper() -> str:
    """Return the source of a module with a scope for each instance, which contains `dut` and its ports."""
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
