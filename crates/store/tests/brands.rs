use model::{DomainId, TenantId};
use store::brands::{self, Brand};

use crate::places::{NOW, in_each_house};

#[tokio::test]
async fn a_brand_is_found_at_its_own_domain_only_and_goes_with_its_owner() {
    in_each_house(async |house| {
        let (tenant, domain) = (house.tenant, house.domain);
        let stranger = TenantId::new(&house.random, NOW);
        let elsewhere = DomainId::new(&house.random, NOW);
        let logo = async |tenant: TenantId, domain: DomainId| {
            house.store.read(move |tx| brands::find_logo(tx, tenant, domain, "abc")).await.unwrap()
        };
        let color = async |color: &'static str| {
            house.store.read(move |tx| brands::has_color(tx, tenant, domain, color)).await.unwrap()
        };
        let brand = Brand {
            tenant_id: tenant,
            owner_id: house.application.to_string(),
            domain_id: domain,
            color: Some("39134c".to_owned()),
            logo: Some(("abc".to_owned(), b"png".to_vec())),
        };

        let (first, second) = (brand.clone(), Brand { color: None, ..brand.clone() });
        house.write(move |tx| brands::save(tx, &second)).await;
        house.write(move |tx| brands::save(tx, &first)).await;
        assert_eq!(logo(tenant, domain).await.as_deref(), Some(b"png".as_slice()));
        assert_eq!((logo(stranger, domain).await, logo(tenant, elsewhere).await), (None, None));
        assert!(color("39134c").await && !color("000000").await);

        let id = brand.owner_id.clone();
        house.write(move |tx| brands::save_color(tx, tenant, &id, Some("000000"))).await;
        assert!(color("000000").await && !color("39134c").await && logo(tenant, domain).await.is_some());
        let id = brand.owner_id.clone();
        house.write(move |tx| brands::remove(tx, tenant, &id)).await;
        assert!(logo(tenant, domain).await.is_none() && !color("000000").await);
    })
    .await;
}
