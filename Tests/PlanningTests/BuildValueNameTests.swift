// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// Plain C functions can be bound to what ElementAPI offers to Swift, and to the tree's descriptor.
@Test func theValuesOfABuildAreThoseOfElementAPI() throws {
    let file = BuiltProducts.repository.appending("Sources/ElementAPI/BuildValue.swift").string
    let offered = try Command(
        "sed", ["-n", "s/.*public static let .*: Self = \"\\(.*\\)\"/\\1/p", file]
    ).checkedOutput().split(separator: "\n").map(String.init)
    let known = BuildValueName.allCases.filter { $0 != .targetDescriptor }.map(\.rawValue)
    #expect(known == offered)
}
