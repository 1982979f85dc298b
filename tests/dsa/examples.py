"""A sound statement, and for every rule what breaks it and what looks alike and is in order."""

from typing import Any

from waarmerk.dsa.dumps.columns import Heading
from waarmerk.dsa.dumps.engine import Engine
from waarmerk.dsa.rules import house_rules

Change = dict[str, Any]

SOUND: Change = {
    "puid": "case-2026-000017",
    "decision_visibility": ["DECISION_VISIBILITY_CONTENT_LABELLED"],
    "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
    "incompatible_content_ground": "Terms of service, section 4.2",
    "incompatible_content_explanation": "Generated media that shows a real person needs a label.",
    "category": "STATEMENT_CATEGORY_CYBER_VIOLENCE",
    "category_specification": ["KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE"],
    "content_type": ["CONTENT_TYPE_SYNTHETIC_MEDIA", "CONTENT_TYPE_VIDEO"],
    "content_date": "2024-03-30",
    "territorial_scope": ["BE", "NL"],
    "application_date": "2026-04-02",
    "decision_facts": "A notice said that the face in the video is generated; a reviewer looked and agreed.",
    "source_type": "SOURCE_ARTICLE_16",
    "automated_detection": "No",
    "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
}

# rule: (what breaks it, what looks alike and is in order)
BOTH: dict[str, tuple[list[Change], list[Change]]] = {
    "end_before_application": (
        [{"end_date_visibility_restriction": "2026-04-01"}, {"end_date_account_restriction": "2020-01-01"}],
        [{"end_date_visibility_restriction": "2026-04-02"}, {"end_date_service_restriction": "2030-01-01"}],
    ),
    "application_before_content": (
        [{"content_date": "2026-04-03"}],
        [{"content_date": "2009-01-01"}, {"content_date": "2026-04-02"}],
    ),
    "keyword_outside_category": (
        [{"category_specification": ["KEYWORD_PHISHING"]}],
        [
            {
                "category_specification": ["KEYWORD_PHISHING"],
                "category_addition": ["STATEMENT_CATEGORY_SCAMS_AND_FRAUD"],
            },
            {"category_specification": ["KEYWORD_STALKING"]},
            {"category_specification": ["KEYWORD_OTHER"], "category_specification_other": "impersonation by voice"},
            {"category_specification": []},
        ],
    ),
    "automation_contradicts": (
        [{"automated_decision": "AUTOMATED_DECISION_FULLY", "source_type": "SOURCE_VOLUNTARY"}],
        [
            {"automated_decision": "AUTOMATED_DECISION_FULLY"},
            {"automated_decision": "AUTOMATED_DECISION_PARTIALLY", "source_type": "SOURCE_VOLUNTARY"},
            {
                "automated_decision": "AUTOMATED_DECISION_FULLY",
                "source_type": "SOURCE_VOLUNTARY",
                "automated_detection": "Yes",
            },
        ],
    ),
    "own_category_in_addition": (
        [{"category_addition": ["STATEMENT_CATEGORY_CYBER_VIOLENCE"]}],
        [{"category_addition": ["STATEMENT_CATEGORY_PROTECTION_OF_MINORS"]}],
    ),
    "other_ground_filled": (
        [{"illegal_content_legal_ground": "Criminal code, art. 1"}],
        [{"illegal_content_legal_ground": ""}, {"incompatible_content_illegal": "Yes"}],
    ),
    "notifier_of_own_initiative": (
        [{"source_type": "SOURCE_VOLUNTARY", "source_identity": "Consumer union"}],
        [{"source_type": "SOURCE_TRUSTED_FLAGGER", "source_identity": "Consumer union"}],
    ),
    "other_text_without_other": (
        [{"content_type_other": "hologram"}, {"category_specification_other": "voice"}],
        [
            {"content_type": ["CONTENT_TYPE_OTHER"], "content_type_other": "hologram"},
            {"decision_monetary": "DECISION_MONETARY_OTHER", "decision_monetary_other": "tips held back"},
        ],
    ),
    "code_twice": (
        [{"territorial_scope": ["NL", "BE", "NL"]}],
        [{"territorial_scope": ["BE", "IS", "LI", "NL", "NO"]}],
    ),
    "personal_email": (
        [{"decision_facts": "The uploader wrote from jan.jansen@example.org and admitted it to us."}],
        [{"decision_facts": "Objections go to legal@example.org, as the rules say; nobody wrote to us."}],
    ),
    "personal_handle": (
        [{"incompatible_content_explanation": "The video copies @jan_jansen without a label."}],
        [{"incompatible_content_explanation": "Three items @ EUR 5 each were offered without a label."}],
    ),
    "personal_phone": (
        [{"decision_facts": "The offer names +31 6 12 34 56 78 as its number; a reviewer saw it."}],
        [
            {"decision_facts": "Item 0031612345678, Regulation (EU) 2022/2065, art. 14(1), 19.10.2022, was seen."},
            {"decision_facts": "The offer asked for EUR +1 000 on top; a reviewer saw and judged it."},
        ],
    ),
    "link_in_text": (
        [{"decision_facts": "The video stands at https://videos.example/v/123 and shows a generated face."}],
        [{"decision_facts": "It breaks our rules (https://www.example.com/terms/synthetic-media), a reviewer said."}],
    ),
    "text_contradicts_detection": (
        [
            {"decision_facts": "We detected this violation using automated means. A reviewer confirmed it."},
            {
                "decision_facts": "This was detected without automated means by one of our staff.",
                "automated_detection": "Yes",
            },
        ],
        [
            {"decision_facts": "A mix of automated tools and people detected violations; a notice named this."},
            {"decision_facts": "Violations may be detected by automated means. A notice named this one."},
            {
                "decision_facts": "We detected this violation using automated means. A reviewer confirmed it.",
                "automated_detection": "Yes",
            },
            {"decision_facts": "The decision was made by automated means after a notice that a reviewer forwarded."},
        ],
    ),
    "text_contradicts_decision": (
        [{"decision_facts": "A notice came in. This decision was taken by automated means."}],
        [
            {
                "decision_facts": "A notice came in. This decision was taken by automated means.",
                "automated_decision": "AUTOMATED_DECISION_PARTIALLY",
            },
            {"decision_facts": "A notice came in. The decision was taken without automated means."},
        ],
    ),
    "facts_say_little": (
        [{"decision_facts": "Spam."}, {"decision_facts": "12/34-56"}],
        [{"decision_facts": "Verkoop van namaaktassen."}],
    ),
    "facts_repeat_explanation": (
        [{"decision_facts": "Generated media that shows a real person needs a label."}],
        [{"decision_facts": "Generated media that shows a real person needs a label. This video has none."}],
    ),
}

STATEMENT: dict[str, tuple[list[Change], list[Change]]] = {
    "required": ([{"puid": None}, {"decision_facts": "   "}, {"content_type": []}], [{"account_type": None}]),
    "required_if": (
        [
            {"content_type": ["CONTENT_TYPE_OTHER"]},
            {"decision_visibility": ["DECISION_VISIBILITY_OTHER"]},
            {"decision_monetary": "DECISION_MONETARY_OTHER"},
            {"incompatible_content_explanation": ""},
            {"decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT"},
        ],
        [{"content_type": ["CONTENT_TYPE_OTHER"], "content_type_other": "hologram"}],
    ),
    "required_without_all": (
        [{"decision_visibility": []}, {"decision_visibility": None}],
        [{"decision_visibility": [], "decision_account": "DECISION_ACCOUNT_SUSPENDED"}],
    ),
    "wrong_type": (
        [
            {"content_type": "CONTENT_TYPE_VIDEO"},
            {"decision_facts": 7},
            {"category_addition": None},
            {"territorial_scope": ["NL", 7]},
            {"content_id": "4006381333931"},
        ],
        [{"category_specification": None}, {"account_type": None}, {"category_specification_other": None}],
    ),
    "not_in_list": (
        [
            {"category": "STATEMENT_CATEGORY_DEEPFAKE"},
            {"content_language": "nl"},
            {"territorial_scope": ["NL", "UK"]},
            {"category": "STATEMENT_CATEGORY_NOT_SPECIFIED_ORDER"},
        ],
        [{"content_language": "NL"}, {"territorial_scope": ["GR", "NO"]}],
    ),
    "too_long": ([{"decision_facts": "ë" * 5001}], [{"decision_facts": "ë" * 5000}]),
    "not_a_date": (
        [
            {"application_date": "2026-02-30"},
            {"application_date": "2026-4-2"},
            {"content_date": "2024-03-30 00:00:00"},
        ],
        [{"content_date": "2024-02-29"}],
    ),
    "date_out_of_bounds": (
        [{"content_date": "1999-12-31"}, {"application_date": "2019-12-31"}, {"application_date": "2038-01-02"}],
        [{"content_date": "2000-01-01"}, {"end_date_visibility_restriction": "2038-01-01"}],
    ),
    "wrong_form": (
        [{"puid": "a b"}, {"puid": "é"}, {"content_id_ean": "123"}, {"content_id": {"EAN-8": "1"}}],
        [{"puid": "A_b-9"}, {"content_id": {"EAN-13": "4006381333931"}}],
    ),
    "not_a_url": (
        [{"decision_ground_reference_url": "example.com/terms"}],
        [{"decision_ground_reference_url": "https://example.com/terms"}],
    ),
    "unknown_field": ([{"aplication_date": "2026-04-02"}], [{"account_type": "ACCOUNT_TYPE_PRIVATE"}]),
    "code_of_old_schema": ([], [{"category": "STATEMENT_CATEGORY_VIOLENCE", "category_specification": []}]),
}

DUMP: dict[str, tuple[list[Change], list[Change]]] = {
    "code_unknown": (
        [{"category": "STATEMENT_CATEGORY_NEW"}, {"content_type": ["CONTENT_TYPE_HOLOGRAM"]}],
        [{"content_language": ""}, {"territorial_scope": []}],
    ),
    "code_of_old_schema": (
        [
            {"category": "STATEMENT_CATEGORY_SCOPE_OF_PLATFORM_SERVICE", "category_specification": []},
            {"category_specification": ["KEYWORD_DISINFORMATION"]},
        ],
        [{"category": "STATEMENT_CATEGORY_OTHER_VIOLATION_TC", "category_specification": []}],
    ),
    "decision_missing": (
        [{"decision_visibility": []}],
        [{"decision_visibility": [], "decision_provision": "DECISION_PROVISION_TOTAL_SUSPENSION"}],
    ),
    "ground_text_missing": (
        [
            {"incompatible_content_ground": " "},
            {"decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT", "incompatible_content_ground": ""},
        ],
        [{"incompatible_content_explanation": ""}],
    ),
    "other_text_missing": (
        [{"content_type": ["CONTENT_TYPE_OTHER"]}],
        [{"content_type": ["CONTENT_TYPE_OTHER"], "content_type_other": "Pin"}],
    ),
    "facts_missing": ([{"decision_facts": ""}], [{"decision_facts": "Not what the rules ask for, said a reviewer."}]),
    "date_unreadable": (
        [{"application_date": ""}, {"content_date": "0000-00-00"}, {"end_date_account_restriction": "2100-01-01"}],
        [{"end_date_account_restriction": ""}, {"content_date": "2000-01-01"}],
    ),
}


def broken_in_row(row: dict[str, str], day: str) -> list[str]:
    """The rules that a dump's row of that day breaks, by the engine that the lint uses."""
    heading = Heading({name: place for place, name in enumerate(row)}, len(row), ())
    found = []
    for _, _, find in Engine(heading, house_rules().values()).groups(day):
        found += [rule.id for rule, _ in find(list(row.values()))]
    return found
