// SPDX-License-Identifier: Apache-2.0

import Planning
import SystemPackage
import TestSupport
import Testing

/// README.md names everything that a manifest can bind a plain C function's arguments to.
struct FunctionDocumentationTests {
    private let text: String

    init() throws {
        text = try TextFile.read(BuiltProducts.repository.appending("README.md"))
    }

    @Test func everyTypeIsExplained() {
        for type in CType.allCases {
            #expect(text.contains("`\(type.rawValue)`"), "\(type.rawValue)")
        }
    }

    @Test func everyValueIsNamed() {
        for value in BuildValueName.allCases {
            #expect(text.contains("`\(value.rawValue)`"), "\(value.rawValue)")
        }
    }

    @Test func everyServiceStandsInTheTableWithItsType() {
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `host.") }
        for service in HostService.allCases {
            let row = rows.first { $0.contains("`\(service.rawValue)`") }
            #expect(row?.contains("| `\(service.type)` |") == true, "\(service.rawValue)")
        }
    }
}
