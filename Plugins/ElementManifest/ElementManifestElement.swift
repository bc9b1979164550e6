// SPDX-License-Identifier: Apache-2.0

public import ElementAPI

/// Writes the names of the build's elements into a file of the image.
struct ElementManifest: Element, ExtraDataPhase {
    private let path: String?

    /// Makes the element from its parameters.
    init(_ parameters: Parameters) throws {
        path = parameters["path"]
    }

    /// Writes one name a line, in the order of the build.
    func extraData(_ target: ExtraDataContext) throws {
        let script = #"printf '%s\n' $IMAGE_ELEMENT"#
        let names = try target.output(of: "/bin/sh", ["-c", script])
        let path = try path ?? folder(target) + "/dib-element-manifest"
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try target.makeFolder(String(path[..<slash]))
        }
        try target.writeFile(path, names)
    }

    private func folder(_ target: ExtraDataContext) throws -> String {
        let script = #"printf %s "${DIB_MANIFEST_IMAGE_DIR:-/etc/dib-manifests}""#
        return try target.output(of: "/bin/sh", ["-c", script])
    }
}

/// The plugin's one exported function.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(ElementManifest.self, host)
}
