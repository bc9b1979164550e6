// SPDX-License-Identifier: Apache-2.0

internal import Planning

extension Volume {
    /// The value of an option of mkfs.fat(8), given as one word or two, the last one when there are several.
    func fatOption(_ name: String) -> String? {
        var value: String?
        var rest = options[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix(name) else { continue }
            value = word == name ? rest.popFirst() : String(word.dropFirst(name.count))
        }
        return value
    }
}
