// SPDX-License-Identifier: Apache-2.0

public import ElementAPI
internal import SysprepManifest

/// Places `extract-image` where hooks of operating systems call it, and clears what identifies a machine.
struct Sysprep: Element, RootPhase, FinalisePhase {
    /// Makes the element from its parameters, of which it has none.
    init(_ parameters: Parameters) throws {}

    /// Places the program in $TMP_HOOKS_PATH/bin.
    func root(_ target: RootContext) throws {
        try target.run(
            "/bin/sh",
            ["-c", #"install -D -m 0755 /dev/stdin "${TMP_HOOKS_PATH:?}/bin/extract-image""#],
            input: String(cString: extract_image_program()), asUser: true)
    }

    /// Has the first boot make a machine id; machine-id(5), First Boot Semantics.
    func finalise(_ target: FinaliseContext) throws {
        if try target.exists("/var/lib/dbus/machine-id") {
            try target.writeFile("/var/lib/dbus/machine-id", "", mode: 0o444)
        }
        if try target.exists("/etc/machine-id") {
            try target.writeFile("/etc/machine-id", "uninitialized\n", mode: 0o444)
        }
    }
}

/// The plugin's one exported function.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(Sysprep.self, host)
}
