use store::installation;

use crate::places::in_each_house;

#[tokio::test]
async fn of_two_first_starts_one_decides() {
    in_each_house(async |house| {
        for value in [b"first", b"later"] {
            house.write(move |tx| installation::insert_if_absent(tx, "fact", value)).await;
        }
        let found = house.store.read(|tx| installation::find(tx, "fact")).await.unwrap();
        assert_eq!(found.as_deref(), Some(b"first".as_slice()));
        house.write(|tx| installation::save(tx, "fact", b"other")).await;
        let found = house.store.read(|tx| installation::find(tx, "fact")).await.unwrap();
        assert_eq!(found.as_deref(), Some(b"other".as_slice()));
    })
    .await;
}
