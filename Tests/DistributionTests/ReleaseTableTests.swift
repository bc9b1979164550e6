// SPDX-License-Identifier: Apache-2.0
import ElementAPI
import OperatingSystem
import Testing

struct ReleaseTableTests {
    private let table = ReleaseTable(
        distribution: "Fedora", dated: "2026-11-29",
        releases: [
            .init("40", endOfLife: "2025-05-13"), .init("43", endOfLife: "2027-12-02"),
            .init("rawhide", aliases: ["eln"], endOfLife: nil),
        ])

    @Test func anUnknownNameIsAnErrorThatListsTheKnownOnes() throws {
        let error = #expect(throws: ElementError.self) {
            try table.release("39", parameter: "fedora.release")
        }
        #expect(error?.message == "Fedora has no release '39'")
        #expect(
            error?.hint == "Set fedora.release to one of: 40, 43, rawhide (as of 2026-11-29).")
    }

    @Test func aDeadReleaseIsWarnedOfWithItsDate() throws {
        let dead = try table.release("40", parameter: "fedora.release")
        #expect(table.warning(for: dead, today: "2025-05-13") == nil)
        #expect(table.warning(for: dead, today: "2025-05-14")?.contains("2025-05-13") == true)
        let moving = try table.release("eln", parameter: "fedora.release")
        #expect(table.warning(for: moving, today: "2999-01-01") == nil)
    }
}
