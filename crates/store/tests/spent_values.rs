use crypto::Digest;
use store::spent_values;

use crate::places::{MINUTE, NOW, in_each_house, winners};

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_spend_a_value_one_wins() {
    in_each_house(async |house| {
        let spend = |_| {
            let (store, tenant) = (house.store.clone(), house.tenant);
            let until = NOW.after(MINUTE);
            let spend = move |tx: &mut store::WriteTx<'_>| {
                spent_values::consume(tx, tenant, "jti", &Digest::of(b"x"), until)
            };
            async move { store.write(spend).await.unwrap() }
        };
        assert_eq!(winners(spend, |won| *won).await, 1);
        assert_eq!(winners(spend, |won| *won).await, 0);
    })
    .await;
}

#[tokio::test]
async fn kinds_and_tenants_keep_equal_values_apart() {
    in_each_house(async |house| {
        let (tenant, other) = (house.tenant, house.a_tenant("other").id);
        let both = house.write(move |tx| {
            let (digest, until) = (Digest::of(b"x"), NOW.after(MINUTE));
            Ok([
                spent_values::consume(tx, tenant, "jti", &digest, until)?,
                spent_values::consume(tx, tenant, "state", &digest, until)?,
                spent_values::consume(tx, other, "jti", &digest, until)?,
                spent_values::consume(tx, tenant, "jti", &digest, until)?,
            ])
        });
        assert_eq!(both.await, [true, true, true, false]);
    })
    .await;
}
