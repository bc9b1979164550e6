// SPDX-License-Identifier: Apache-2.0

public import ElementAPI

/// Installs the files that elements have in init-scripts for the init system of the image.
struct DibInitSystem: Element, PreInstallPhase, InstallPhase, PostInstallPhase {
    private static let folders = [
        "upstart": "/etc/init", "openrc": "/etc/init.d", "sysv": "/etc/init.d",
        "systemd": "/usr/lib/systemd/system",
    ]

    /// Makes the element from its parameters, of which it has none.
    init(_ parameters: Parameters) throws {}

    /// Places the program that says which init system it is.
    func preInstall(_ target: PreInstallContext) throws {
        let text = "#!/bin/sh\necho \(try initSystem(of: target))\n"
        try target.makeFolder("/usr/local/bin")
        try target.writeFile("/usr/local/bin/dib-init-system", text, mode: 0o755)
    }

    /// Copies the service files.
    func install(_ target: InstallContext) throws {
        guard let source = try source(in: target), let folder = try folder(in: target) else {
            return
        }
        try target.makeFolder(folder)
        try target.run("cp", ["-RP", "\(source)/.", "\(folder)/"])
    }

    /// Enables them where that is not the work of elements: OpenRC.
    func postInstall(_ target: PostInstallContext) throws {
        guard let source = try source(in: target), try initSystem(of: target) == "openrc" else {
            return
        }
        for name in try target.list(source) {
            try target.run("rc-update", ["add", name, "default"])
        }
    }

    private func source(in target: some ChrootContext) throws -> String? {
        let path = "/tmp/in_target.d/init-scripts/\(try initSystem(of: target))"
        return try target.exists(path) ? path : nil
    }

    private func folder(in target: some ChrootContext) throws -> String? {
        Self.folders[try initSystem(of: target)]
    }

    /// DIB_INIT_SYSTEM as elements export it.
    private func initSystem(of target: some ChrootContext) throws -> String {
        let script = #"printf %s "${DIB_INIT_SYSTEM:-}""#
        let name = try target.output(of: "/bin/sh", ["-c", script])
        guard Self.folders[name] != nil else {
            throw ElementError(
                name.isEmpty
                    ? "DIB_INIT_SYSTEM is not set"
                    : "DIB_INIT_SYSTEM is '\(name)', which is unknown",
                hint:
                    "It is one of \(Self.folders.keys.sorted().joined(separator: ", ")); the operating system's element exports it."
            )
        }
        return name
    }
}

/// The plugin's one exported function.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(DibInitSystem.self, host)
}
