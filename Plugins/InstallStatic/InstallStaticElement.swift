// SPDX-License-Identifier: Apache-2.0

public import ElementAPI

/// Copies what elements have in their folder static to the root folder of the image.
///
/// It stands for `rsync -lCr`, without rsync in the image: links stay links, files that are there keep their mode, and
/// what version control and editors leave behind is passed over.
struct InstallStatic: Element, InstallPhase {
    private static let source = "/tmp/in_target.d/static"

    /// Makes the element from its parameters, of which it has none.
    init(_ parameters: Parameters) throws {}

    /// Copies all of it.
    func install(_ target: InstallContext) throws {
        guard try target.exists(Self.source) else { return }
        try StaticFiles(target: target).copy(Self.source, to: "")
    }
}

/// The plugin's one exported function.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(InstallStatic.self, host)
}
