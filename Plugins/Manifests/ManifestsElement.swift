// SPDX-License-Identifier: Apache-2.0

public import ElementAPI

/// Keeps the records that elements write of a build, in the image and beside it.
struct Manifests: Element, ExtraDataPhase, CleanupPhase {
    private let folder: String

    /// Makes the element from its parameters.
    init(_ parameters: Parameters) throws {
        folder = try parameters.text("folder")
    }

    /// Makes the folder, for hooks that write into it.
    func extraData(_ target: ExtraDataContext) throws {
        try target.makeFolder(folder)
    }

    /// Adds the caller's variables and arguments, copies the folder, and closes it to all but root.
    func cleanup(_ target: CleanupContext) throws {
        try target.makeFolder(folder)
        for (name, variable) in [("dib_environment", "DIB_ENV"), ("dib_arguments", "DIB_ARGS")] {
            let text = try target.output(
                of: "/bin/sh", ["-c", "printf '%s\\n' \"${\(variable)-}\""])
            try target.writeFile("\(folder)/\(name)", text)
        }
        for name in try target.list(folder) where try target.kind(of: "\(folder)/\(name)") == .file
        {
            try copy(name, of: target)
            try target.setOwner(of: "\(folder)/\(name)", user: "0", group: "0", mode: 0o600)
        }
    }

    /// Writes a file beside the image, as the user's.
    private func copy(_ name: String, of target: CleanupContext) throws {
        let script = #"""
            folder=${DIB_MANIFEST_SAVE_DIR:-${IMAGE_NAME:?}.d}/$1
            mkdir -p -- "$folder" && cat >"$folder/$2"
            """#
        let last = folder.split(separator: "/").last.map(String.init) ?? "dib-manifests"
        try target.run(
            "/bin/sh", ["-c", script, "sh", last, name],
            input: try target.readFile("\(folder)/\(name)"), asUser: true)
    }
}

/// The plugin's one exported function.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(Manifests.self, host)
}
