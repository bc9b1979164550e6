// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Testing

@Test(arguments: [
    ("debain", "debian"), ("vmm", "vm"), ("DEBIAN", "debian"), ("locl-config", "local-config"),
    ("release", nil), ("xy", nil),
])
private func theNearestNameIsTheOneWithTheFewestSlips(name: String, expected: String?) {
    let known = ["vm", "local-config", "debian", "base"]
    #expect(NearestName.of(name, in: known) == expected)
}

@Test
private func ofEquallyNearNamesTheFirstIsMeant() {
    #expect(NearestName.of("bat", in: ["cat", "bar", "bad"]) == "bad")
}

@Test
private func aNameThatNobodyTypedIsNotCompared() {
    let long = String(repeating: "x", count: 500_000)
    #expect(NearestName.of(long, in: [long + "y"]) == nil)
}
