// SPDX-License-Identifier: Apache-2.0

/// A bill of materials as SPDX 2.3 writes it in JSON; the names of members are the specification's.
///
/// Licences are not looked into: NOASSERTION says so.
struct BillOfMaterials: Encodable {
    struct CreationInfo: Encodable {
        var created: String
        var creators: [String]
    }

    struct Package: Encodable {
        var identifier: String
        var name: String
        var versionInfo: String?
        var primaryPackagePurpose: String
        var sourceInfo: String?
        var downloadLocation = "NOASSERTION"
        var filesAnalyzed = false
        var licenseConcluded = "NOASSERTION"
        var licenseDeclared = "NOASSERTION"
        var copyrightText = "NOASSERTION"
        var externalRefs: [ExternalReference]?

        enum CodingKeys: String, CodingKey {
            case identifier = "SPDXID"
            case name, versionInfo, primaryPackagePurpose, sourceInfo, downloadLocation
            case filesAnalyzed, licenseConcluded, licenseDeclared, copyrightText, externalRefs
        }
    }

    struct ExternalReference: Encodable {
        var referenceCategory = "PACKAGE-MANAGER"
        var referenceType = "purl"
        var referenceLocator: String
    }

    struct Relationship: Encodable {
        var spdxElementId: String
        var relationshipType: String
        var relatedSpdxElement: String

        init(_ element: String, _ type: String, _ related: String) {
            spdxElementId = element
            relationshipType = type
            relatedSpdxElement = related
        }
    }

    var spdxVersion = "SPDX-2.3"
    var dataLicense = "CC0-1.0"
    var identifier = "SPDXRef-DOCUMENT"
    var name: String
    var documentNamespace: String
    var creationInfo: CreationInfo
    var packages: [Package]
    var relationships: [Relationship]

    enum CodingKeys: String, CodingKey {
        case identifier = "SPDXID"
        case spdxVersion, dataLicense, name, documentNamespace, creationInfo, packages
        case relationships
    }
}
