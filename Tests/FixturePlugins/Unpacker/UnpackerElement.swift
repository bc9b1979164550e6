// SPDX-License-Identifier: Apache-2.0

public import ElementAPI
internal import OperatingSystem

/// Makes the target tree of a cloud image, by the facts of the distribution that the parameter `facts` names.
struct Unpacker: Element, RootPhase {
    private static let facts: [String: CloudImageFacts] = [
        "debian": .debian, "ubuntu": .ubuntu, "fedora": .fedora, "opensuse": .openSUSE,
        "centos": .centOSStream, "rocky": .rocky, "almalinux": .almaLinux, "rhel": .redHat,
    ]

    private let parameters: Parameters

    init(_ parameters: Parameters) throws { self.parameters = parameters }

    func root(_ target: RootContext) throws {
        guard let facts = Self.facts[try parameters.text("facts")] else {
            throw ElementError("no such facts")
        }
        try CloudImage(facts: facts, release: try parameters.text("release"), target: target)
            .unpack()
    }
}

/// The plugin's one exported function.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(Unpacker.self, host)
}
