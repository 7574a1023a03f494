import pytest

from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.partners import ChamberMemberFactory, CompanyProfileFactory, PartnerRequestFactory
from tests.factories.reference import economy, sector


@pytest.fixture
def firm_mx(mx):
    """A Mexican firm that dries mango."""
    company = OrganizationFactory(code="MX", name_en="Mangos del Istmo", slug="mangos-del-istmo")
    CompanyProfileFactory(organization=company, language="es", languages=("es", "en"), is_listed=False)
    return company


@pytest.fixture
def owner_mx(firm_mx):
    """Its manager."""
    user = UserFactory(full_name="Marisol Ordóñez", email="marisol@istmo.example", language="es")
    join(user, firm_mx)
    return user


@pytest.fixture
def chamber_mx(mx):
    """A verified chamber in Mexico."""
    return OrganizationFactory(chamber=True, code="MX", name_en="Cámara del Sur", slug="camara-del-sur")


@pytest.fixture
def reviewer(chamber_mx):
    """Manager at that chamber."""
    user = UserFactory(full_name="Ramiro Cantú", email="ramiro@camara.example")
    join(user, chamber_mx)
    return user


@pytest.fixture
def firm_us(us):
    """A firm in the United States that makes snacks, listed."""
    company = OrganizationFactory(name_en="Cascade Snacks", slug="cascade-snacks")
    CompanyProfileFactory(organization=company)
    return company


@pytest.fixture
def owner_us(firm_us):
    """Its manager."""
    user = UserFactory(full_name="Nora Whitfield", email="nora@cascade.example")
    join(user, firm_us)
    return user


@pytest.fixture
def published(firm_mx, owner_mx, chamber_mx):
    """An anonymous request of the Mexican firm, reviewed by the chamber."""
    return PartnerRequestFactory(
        published=True, company=firm_mx, chamber=chamber_mx, posted_by=owner_mx, title="Dried mango in bulk"
    )


@pytest.fixture
def ward(chamber_mx):
    """A firm without people on the portal, registered by the chamber."""
    company = OrganizationFactory(code="MX", name_en="Tostadas Lupita", slug="tostadas-lupita")
    CompanyProfileFactory(organization=company, language="es", is_listed=False)
    ChamberMemberFactory(chamber=chamber_mx, company=company, is_registered_by_chamber=True)
    return company


@pytest.fixture
def content():
    """What a writer fills in."""
    return {
        "type": "business_offer",
        "language": "es",
        "title": "Mango deshidratado a granel",
        "teaser": "Mango sin azúcar para fabricantes de botanas.",
        "description": "Secamos cuarenta toneladas al mes.",
        "hs_codes": ["200899"],
        "sectors": [sector()],
        "target_economies": [economy("US")],
    }
